"""The engine that joins the rooms: pipeline, alerts, digest, command line."""
