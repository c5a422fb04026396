"""Generated mailboxes: `languages` has the words, `rendering` makes bytes, `plans` threads and times, `maildir` files."""
