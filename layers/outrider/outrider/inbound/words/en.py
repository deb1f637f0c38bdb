"""English."""

PHRASES = {
    "stop": (
        r"(please )?(unsubscribe|remove|delete|erase|exclude) (me|us|my (e-?mail|address"
        r"|name|data|details|contact)|this (e-?mail )?address|our (e-?mail|address|company"
        r"|details))",
        r"take (me|us|my (name|address|e-?mail)|our (name|address)) (off|out of|from)",
        r"remove (me |us )?from ((your|the|this|all|any) )?(mailing |e-?mail |contact "
        r"|distribution )?(list|lists|database|system|crm)",
        r"(?<!not\s)(?<!n't\s)(?<!never\s)(stop|cease|quit) (e-?mailing|mailing|contacting"
        r"|sending|spamming|writing|messaging|bothering|harassing|pestering)",
        r"(stop|cease) (all )?(contact|communications?|spam|this spam|e-?mails?)",
        r"refrain from (further )?(contact\w*|e-?mail\w*|writing|sending|messaging)",
        r"(do not|don't|dont|never) (ever )?(e-?mail|contact|write|message|mail|bother|spam"
        r"|reach out)( to)?( me| us)?( ever)? (again|any ?more|any further)",
        r"(do not|don't|dont) (e-?mail|contact|write to|message|mail|spam) (me|us)",
        r"(do not|don't|dont) (send|write) (me |us )?(any )?(more|further|any|anything)",
        r"no (more|further) (e-?mails?|messages?|mails?|contact|communications?)",
        r"(do not|don't|dont|no longer|never) (want|wish|like|care|need|agree) to (receive|get"
        r"|hear|be contacted|be e-?mailed)",
        r"rather not (receive|get|hear|be contacted)",
        r"(do not|don't|dont|no) (need to )?follow[ -]?ups?",
        r"(?<!if\syou\s)(want|like|wish|prefer)( to be)? (to )?(unsubscribed?|opted? out|removed)",
        r"(i|we) (hereby |want to |wish to |would like to |'d like to )?opt(ed)? out",
        r"please opt (me|us) out",
        r"opt me out",
        r"(delete|erase|remove) (all |any )?(of )?(the |my |our )?(personal )?data",
        r"(lose|delete) my (number|e-?mail|contact|address)",
        r"leave me alone",
        r"this is spam",
        r"reported? (this |you )?(as|for) spam",
        r"reported to (the |your )?(ico|cnil|authorit\w+|data protection \w+|ftc|provider)",
        r"update your (records|list|database|crm)",
        r"sent this e-?mail to unsubscribe",
        r"(gdpr|ccpa)\W+(art\w*\W+)?(17|21)",
        r"art\w*\W+(17|21)( \w+\.?){0,3}\W+gdpr",
        r"(cease and desist)",
        r"right to (erasure|be forgotten)",
        r"please unsubscribe",
    ),
    "stop_alone": (
        r"stop|unsub\w*|remove|delete|opt[ -]?out|end|quit|cease|cancel( subscription)?|delist"
        r"|go away|get lost|fuck off|piss off|spam",
    ),
    "stop_short": (
        r"(?<!to\s)(?<!not\s)(?<!n't\s)unsub\w*(?!\s+(link|from\sour|here))",
        r"opt(ing|ed)?[ -]?out",
        r"delist (me|us|my|our)",
        r"(be|get) (removed|deleted|delisted|unsubscribed)",
    ),
    "courtesy": (
        r"please|pls|plz|kindly|just|now|immediately|asap|and|so|ok|me|us|it|this|all|thanks|thx"
        r"|thank you|e-?mails?|mails?|messages?",
    ),
    "out_of_office": (
        r"out of (the )?office",
        r"(away|absent) from (the |my )?(office|desk)",
        r"(on|taking) (annual |parental |maternity |paternity |sick |medical |vacation "
        r"|holiday )?(leave|vacation|holiday|pto)",
        r"(currently|presently|am|i'm|be) (out|away|travell?ing|unavailable)",
        r"limited access to (my )?(e-?mails?|internet)",
        r"(will|shall|i'll|we'll) (return|be back)(?! (in touch|to you|with you|your))",
        r"ooo",
        r"on (a )?(sabbatical|jury duty|business trip)",
        r"attending (a|an|the) (conference|event|trade (show|fair)|offsite)",
        r"(back|returning) (in the office|on|to work)",
        r"(will )?(reply|respond|answer|get back)( to (you|your \w+))? (when|upon|once"
        r"|after|on) (i|my) return\w*",
        r"office (is|will be) closed",
    ),
    "left": (
        r"(have|has|i've|he's|she's) (now |recently |since )?left (?!(the|for|on|at|a|an|my|your"
        r"|early|it|you|me|us|work|town|home|this|that|to|in|some|no)\b)[\w&.-]+",
        r"(no longer|not any ?more|any ?more) (work|works|working|with|at|employed|part of"
        r"|in charge)\w*",
        r"(has|have|'ve|'s|is|are) (left|leaving) (the |our |this )?(company"
        r"|organi[sz]ation|firm|business|team|role)",
        r"(has |have )?(retired|changed jobs|moved on)( from)?",
    ),
    "wrong_person": (
        r"(not|n't) the (right|correct|best|appropriate) (person|contact|one|address)",
        r"wrong (person|contact|address|department|guy|company|e-?mail)",
        r"(not|n't) (my|our) (area|department|responsibility|remit|field|role)",
        r"(not|n't) (responsible|in charge) (for|of)",
        r"(you should|please|best to|better to|you can|you may want to) (contact|speak|talk"
        r"|reach out|get in touch|write)( to| with)? (my colleague|our|the|with)",
        r"(don't|do not) (handle|deal with|manage|work on) (this|that|it|these)",
    ),
    "not_interested": (
        r"(not|n't|no longer|never|un|dis) ?interested",
        r"no interest",
        r"no,? thank(s| you)",
        r"(not|n't) (a |an |the right |a good )?(fit|match|something we|for (us|me)"
        r"|relevant|needed|necessary|of interest|what we)",
        r"(we|i)('ll| will| have to| must|'d like to)? (pass|decline)",
        r"(don't|do not|have no) need( (this|it|any|for|your))?",
        r"(going|decided) (to go )?(with someone else|in a different direction|with another"
        r"|against)",
        r"hard pass",
        r"nope",
        r"(don't|do not) (want|require) (this|it|any|your)",
    ),
    "interested_later": (
        r"(reach out|contact|write|e-?mail|ping|try|check( back)?|check in|follow up"
        r"|get back|come back|touch base|circle back|reconnect|revisit|call|let's (talk"
        r"|speak))( to)?( me| us| with me| with us| this| it)?( again| back)? (in|next"
        r"|after|later|towards?|around|at the (end|beginning|start)|once|when|sometime)"
        r" (?!touch)",
        r"(maybe|perhaps|possibly) (later|next|in (the|a few|\d+|q\d|january|february|march"
        r"|april|may|june|july|august|september|october|november|december))",
        r"(not|n't) (right )?now,? (but|maybe|perhaps)",
        r"(bad|wrong|not the (right|best)|not a good) (time|timing|moment)",
        r"(next|in) (quarter|year|month|q[1-4]|spring|summer|autumn|fall"
        r"|winter)( \w+)?,? (would|works|could|might|is better|may)",
        r"(not|n't) (a priority|on our roadmap) (right now|at the moment|this (year"
        r"|quarter)|until)",
        r"(keep|put) (me|us|this) (in mind|on the list|on your list|posted) for",
        r"(in|after) (a few|a couple of|two|three|six|\d+) (weeks|months)",
    ),
    "objection": (
        r"(too|very|so|rather) (expensive|pricey|costly|high)",
        r"(no|n't have( the| any| a)?|not have( the| any| a)?|without|limited|tight|cut"
        r"|frozen) budget\w*",
        r"budget (is|has been|was)( \w+)? (frozen|cut|spent|used|limited|tight|gone)",
        r"(already|currently|just) (have|has|use|using|work|working|working with|signed|got"
        r"|committed|under contract)( (a|an|with|to|another|this|our))?",
        r"(happy|satisfied|content|fine|good) with (our|what|the|my) (current|existing"
        r"|present|\w+ (provider|supplier|vendor|solution|tool))?( ?\w+)?",
        r"(locked in|tied in|under contract|in a contract|contract (runs|until|with))",
        r"(in-house|in house|internally|ourselves)",
        r"(can't|cannot|could not|couldn't) (afford|justify)",
        r"(concerned|worried|sceptical|skeptical) (about|that)",
        r"(competitor|we went with|we chose)",
    ),
    "information_request": (
        r"(more|further|additional|some) (info|information|details|material)",
        r"(send|share|forward|provide|give)( me| us| over| through)?( \w+){0,3} (info"
        r"|information|details|brochure|deck|pricing|prices|price list|quote|overview"
        r"|case stud(y|ies)|references|presentation|link|documentation|one-?pager|proposal"
        r"|example\w*)",
        r"how much( \w+)?",
        r"(what|which) (is|are|does|do|would|about|kind|features|integrations"
        r"|plans)( \w+){0,6} (cost|costs|price|prices|pricing|integrat\w+|support\w*"
        r"|includ\w+|offer|differ\w*)",
        r"what (is|are|does|do|would|exactly|about)( \w+){0,8} ?\?",
        r"how (does|do|would|is|are|can|long|many)( [\w']+){1,12} ?\?",
        r"(do|does|can|could|is|are|would) (you|it|your|this)( [\w'-]+){1,14} ?\?",
        r"(pricing|price list|quote)",
        r"tell me more",
        r"where (can|do) i",
    ),
    "interested": (
        r"(i'm|i am|we're|we are|am|very|quite|definitely|really|would be|might be|could be"
        r"|'d be|be) interested",
        r"sounds? (good|great|interesting|promising|perfect|excellent|intriguing"
        r"|like a plan|amazing|awesome)",
        r"(looks?|seems?) (good|great|interesting|promising)",
        r"(let's|let us|happy to|glad to|love to|like to|keen to|open to|willing to|up for"
        r"|want to|can we|could we|shall we|we should|i'd like to)( \w+){0,3} (talk|chat"
        r"|meet|call|speak|schedule|connect|discuss|hear more|learn more|know more|see|try"
        r"|demo|set up|book|jump|hop|a call|a chat|a demo|a meeting|meeting|talking"
        r"|chatting)",
        r"(book|schedule|set up|arrange|organi[sz]e)( \w+){0,3} (call|meeting|demo|chat"
        r"|time|slot)",
        r"(call|meet|talk|speak|chat)( \w+)? (tomorrow|next week|this week|on (monday"
        r"|tuesday|wednesday|thursday|friday)|monday|tuesday|wednesday|thursday|friday)",
        r"(tuesday|wednesday|thursday|monday|friday|tomorrow|next week)( \w+){0,4} (works"
        r"|suits|is good|is fine|would work)",
        r"(i'm|i am|we are|we're) (free|available)",
        r"count me in|sign me up|yes,? please|tell me when|send (me |over |us )?(a |an "
        r"|the |your )?(calendar|invite|link|times|availability|calendly)( \w+)?",
        r"when (are|would|can|could) (you|we)( \w+){0,4}",
        r"(here is|here's|this is) my (number|calendar|calendly|phone)",
        r"yes,? (i'm|i am|we|we'd|let's|that|sure|absolutely|definitely|of course|sounds"
        r"|great)",
    ),
}
