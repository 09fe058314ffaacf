"""What the client costs, side by side with what people would use instead: `make bench`."""
