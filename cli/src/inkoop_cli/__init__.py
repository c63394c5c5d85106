"""The command line `inkoop`: thin, it asks the services over HTTP."""
