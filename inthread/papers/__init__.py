"""What is kept and handed out on paper: PDF files of plain text, made from what was recorded."""
