"""One module a log format. None imports another; what several share lies one room up."""
