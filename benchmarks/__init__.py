"""What is measured and proven beside the tests: how long the parts take, and how the analyses err in the long run.

Measuring tools and long simulations belong here; nothing in the warehouse imports them.
"""
