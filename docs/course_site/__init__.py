"""What the site needs beside Sphinx: formulas as MathML, lessons as pages, an index of the API."""
