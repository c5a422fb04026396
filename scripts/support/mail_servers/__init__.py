"""IMAP servers and proxies that a test runs in its own process, or, pymap, as a process of its own.

All listen on free ports of the loopback. Those in Python share one event loop on a thread of its own (`background`), so
that a test may use them from ordinary code and a soak may have hundreds.
"""
