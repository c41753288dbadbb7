"""Pictures as geometry; the templates draw them as SVG, with colours of the style sheet."""
