"""The console: where operations staff run the business. Each file here is one room of it."""
