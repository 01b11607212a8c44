"""A build goes to a triple store of elsewhere: in pieces, compared with what came of them, then put in place."""
