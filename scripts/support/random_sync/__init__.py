"""The randomised run of scripts/soak sync: a mailbox that another client changes at random, and its comparison with what
Postrider stored, by a reader that shares no code with Postrider.

`grounds` has the servers, `mail` the messages, `client` and `deeds` the other client, `reader` reads a mailbox,
`stored` the database, and `comparison` says what differs.
"""
