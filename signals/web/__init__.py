"""The web application: pages read in a browser, without JavaScript if need be."""
