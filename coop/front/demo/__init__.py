"""The living demo: cooperatives that do not exist, with a year of work made through the actions that people use.

Everybody and everything in it is made up and says so: companies carry “(Demo)”, mail addresses lie in the
reserved domain `.example`, bank codes are none that a bank has, health funds have rates of their own.
"""
