"""What people look at: the terminal, pages made from templates, and letters.

Values come in; printed lines and pages of HTML go out. `screen` is where all that is printed goes, `page_code` the
compiled code of Niner's own templates, `letter_page` a letter to print. Start with `pages`.
"""
