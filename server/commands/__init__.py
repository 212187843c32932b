"""What the commands do, a module for each kind; `server.cli` imports the one that is asked for."""
