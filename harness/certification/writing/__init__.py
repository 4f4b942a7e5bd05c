"""The certificate on paper: JSON for programs, JUnit XML for build servers, a page and the terminal for people."""
