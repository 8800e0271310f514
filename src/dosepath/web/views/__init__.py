"""One module a screen: parse the request, call a journey, render. No medicine here."""
