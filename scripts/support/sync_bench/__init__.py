"""The measures of scripts/bench sync: a module each; `watching` sees what is read when, without weighing on the machine."""
