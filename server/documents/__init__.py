"""What leaves the house on paper or as a file: printed documents that can be verified, and tables to work with."""
