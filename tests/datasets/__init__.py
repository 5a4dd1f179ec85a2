"""The data sets: what is true of all in `test_all`, what is told of each in a file of its kind."""
