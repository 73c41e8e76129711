"""Until when: filing days and places in; deadlines, postponements and interest to a day out.

`calendar` knows weekends and legal holidays, `postponed` the disasters of a place, `interest` the quarters' rates;
`deadlines` puts them together for a filed year, as the rules decide. Start with `deadlines`.
"""
