"""A job to be kept elsewhere: a bag whose payload is a store that holds this job alone."""
