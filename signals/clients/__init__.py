"""One golden record a client: united, shown, matched with any list, and the firms that are no clients."""
