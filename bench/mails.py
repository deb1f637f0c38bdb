"""Text of an email as people write it, without repetition, which would compress too well."""

A_MAIL = """\
Hi {{ first_name }},

I came across your talk about moving a warehouse system to the cloud while customers kept ordering,
and the part about replaying a week of traffic at night stayed with me. We went through something
similar last spring, with a billing platform that nobody dared to touch, and got it wrong twice
before it went quietly.

Since then my team has built a small tool that records what a service answers, runs the next version
beside it and shows only the differences that matter to a human being. Two logistics firms of about
your size use it before every release. One of them, Harbour & Finch, told us that their Friday
rollouts are boring now, which is the kindest review I have read so far.

Would it be useful to see what it finds in one of your own services? It takes twenty minutes, needs
no access to production, and you keep the report whether or not we ever speak again. Tuesday
afternoon or Thursday before eleven would suit me, but I am happy to follow your calendar.

Best wishes from Rotterdam,
Marijke de Vries
"""
