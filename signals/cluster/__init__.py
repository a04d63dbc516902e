"""Reading by several processes or hosts: pure batches go out, this process alone stores."""
