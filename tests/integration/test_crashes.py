"""Launch, dispatch and the step worker die at every AWS call in turn, before and after it, and what
they worked on comes again: never two mails for a step, exactly one unless the outcome was lost,
counts that equal a recount, no event lost or repeated."""



