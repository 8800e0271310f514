"""Speed side by side with its floor or its peer, measured in the same run."""
