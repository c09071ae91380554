"""A bug to be caught: a serving image that turns slow once it has answered a number of requests.

The smoke tests send fewer requests than that to each instance, so only live traffic shows it. Used by the
demonstration's third model; it is no part of the recommender.
"""
