"""Until when: filing days and places in; deadlines, postponements and interest to a day out. Start with `deadlines`."""
