"""The run as one HTML page: what is drawn and told of a scenario, packed inside the file until it is opened."""
