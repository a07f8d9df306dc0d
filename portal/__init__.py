"""The site: settings, access, and the pages that compose the two domain apps."""
