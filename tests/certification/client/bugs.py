"""One right client with one bug at a time: what `sync_tool.py` is told to do wrong, the rules that it breaks, and what they say.

HOW:RUN is done in that run alone.
"""

# Requests that break one rule each, and what the reason says.
ODD_REQUESTS = {
    "put-group": ("supported-operations", "PUT /Groups/"),
    "filter-by-prefix": ("supported-filters", "answered 400: Invalid Filter format"),
    "replace-members": ("supported-patches", "Replacing group memberships is not supported."),
    "empty-title": ("valid-requests", "first run: POST /Users answered 400: "),
    "no-family-name": ("mandatory-names", "POST /Users lacks name.familyName"),
    "two-emails": ("one-value", "POST /Users has several values in emails"),
    "crowd-of-members": ("membership-changes", "changes 101 memberships at once"),
    "ask-for-members": ("membership-not-read", "asks for members, which AWS SSO never shows"),
}

# Further ones, each of which names itself, by the rule that it breaks.
MORE_ODD_REQUESTS = {
    "supported-operations": {"bulk", "search", "me"},
    "supported-filters": {"filter-by-either"},
    "supported-patches": {"unknown-path"},
    "valid-requests": {"text-for-active", "name-for-id"},
    "mandatory-names": {"no-display-name"},
    "one-value": {"two-phones"},
    "membership-changes": {"crowd-at-birth"},
}

# What the tool does that is no single request, what breaks, and what the reason says of it.
MISBEHAVIOURS = {
    "first-page-only": {
        "pages-to-the-end": "second run: GET /Users?cursor= has a next page, which is never asked for",
        "second-run-writes-nothing": "second run: POST /Users writes though nothing had changed",
    },
    "keep-last-page": {
        "pages-to-the-end": "second run: POST /Users creates what a list of the same run had shown",
        "second-run-writes-nothing": "second run: POST /Users writes though nothing had changed",
    },
    "believe-empty-members": {
        "membership-not-read": "adds members who were in the group already",
        "second-run-writes-nothing": "second run: PATCH /Groups/",
    },
    "recreate:second": {
        "second-run-writes-nothing": "second run: DELETE /Users/",
        "nothing-lost": "takes away, though nothing had changed",
    },
    "repatch": {"second-run-writes-nothing": "second run: PATCH /Users/"},
    "rewrite": {"second-run-writes-nothing": "second run: PUT /Users/"},
    "hammer": {"backs-off": "a second of the whole operation"},
    "loop-on-conflict": {"no-duplicates-after-429": "is sent again after a 409"},
    "twin-on-conflict": {
        "no-duplicates-after-429": "there is, unlike without throttling: group Group 0-2, member user000@example.com of Group 0-2",
        "completes-after-429": "there is no member user000@example.com of Group 0",
        "cut-answers": "after the cut run there is, unlike without cut answers: group Group 0-2",
    },
    "twin-of-users": {
        "no-duplicates-after-429": "unlike without throttling: user 2-user000@example.com",
        "completes-after-429": "there is no member user000@example.com of Group 0",
        "cut-answers": "after the cut run there is, unlike without cut answers: member 2-user000@example.com",
    },
    "empty-when-throttled:hindered": {
        "unanswered-reads": "hindered run: POST /Users creates who is there already"
    },
    "empty-when-unavailable:hindered": {
        "unanswered-reads": "hindered run: POST /Users creates who is there already"
    },
    "empty-when-cut:hindered": {"unanswered-reads": "hindered run: POST /Users creates who is there already"},
    "exit-when-throttled": {"completes-after-429": "throttled, the command ended with 4"},
    "empty-when-throttled": {
        "completes-after-429": "throttled, the command ended with 1",
        "unanswered-reads": "creates who is there already",
    },
    "give-up-when-throttled": {
        "completes-after-429": "the command ended with 0, but there is no user user001@example.com"
    },
    "keep-token": {"token-rotation": "rotated run: GET /Users?cursor= came with another token"},
    "chatty": {"calls-per-object": "the budget is 4 for each"},
    "exit-3:second": {
        "second-run-writes-nothing": "run again, the command ended with 3: warming up",
        "token-kept": "the command printed its token in the second run",
    },
    "exit-3:throttled": {
        "completes-after-429": "throttled, the command ended with 3",
        "token-kept": "the command printed its token in the throttled run",
    },
    "exit-3:recovered": {
        "cut-answers": "run again after answers had been cut off, the command ended with 3",
        "token-kept": "the command printed its token in the recovered run",
    },
    "empty-when-cut:cut,delete-everybody:recovered": {
        "cut-answers": "run again after answers had been cut off, there is no",
        "nothing-lost": "recovered run: DELETE /Users/",
    },
    "exit-3:rotated": {
        "token-rotation": "with the new token, the command ended with 3",
        "token-kept": "the command printed its token in the rotated run",
    },
    "print-token:first": {"token-kept": "the command printed its token in the first run"},
    "print-address:first": {"token-kept": "the command printed its token in the first run"},
    "complain-of-token:first": {"token-kept": "the command printed its token in the first run"},
    "token-everywhere": {
        "supported-operations": "POST /Session",
        "token-rotation": "rotated run: POST /Session",
        "token-kept": "first run: POST /Session",
    },
    "delete-everybody:cut": {"nothing-lost": "cut run: DELETE /Users/"},  # the fourth run
    "delete-everybody:hindered": {"nothing-lost": "after the hindered run, whose reads were refused"},
    "disable-everybody:cut": {"nothing-lost": "cut run: PATCH /Users/"},
    "empty-groups:cut": {"nothing-lost": "cut run: PATCH /Groups/"},
    "delete-everybody:throttled": {
        "nothing-lost": "throttled run: DELETE /Users/",
        "completes-after-429": "the command ended with 0, but there is no user user000@example.com",
    },
    "delete-everybody:rotated": {
        "nothing-lost": "after the rotated run, though nothing had changed, there is no"
    },
    "disable-everybody:rotated": {"nothing-lost": "disabled is user user000@example.com"},
    "empty-groups:rotated": {"nothing-lost": "there is no member user000@example.com of Group 0"},
    "delete-groups:rotated": {"nothing-lost": "there is no group Group 0"},
}
# What a run cannot show when it is over before it began.
UNSEEN_THEN = {
    "exit-3:throttled": {"backs-off", "no-duplicates-after-429"},
    "token-everywhere": {"unanswered-reads"},  # it does not get over the answer to its first request, cut off
}

# With a source of the harness's: what the tool does with it, what breaks, and what the reason says.
WITH_A_SOURCE = {
    "no-create": {"changes-arrive": "newcomer@contoso.com is missing"},
    "no-rename": {
        "changes-arrive": "person000@contoso.com is named Given000 Family instead of Renamed Family"
    },
    "rename-by-half": {
        "changes-arrive": "person000@contoso.com has the given name Given000 instead of Renamed"
    },
    "plain-letters": {"changes-arrive": "person003@contoso.com has the given name Zo? instead of Zoë"},
    "rename-anew": {"changes-arrive": "person000@contoso.com was deleted and created anew"},
    "old-address": {
        "changes-arrive": "person003@contoso.com has the address old-person003@contoso.com instead of person003@contoso.com"
    },
    "lose-address": {"changes-arrive": "person000@contoso.com has lost the address"},
    "hide-trouble": {
        "trouble-is-told": "with half of the source and with a source that was not to be had, the command ended with 0"
    },
    "hide-trouble:unavailable": {
        "trouble-is-told": "with a source that was not to be had, the command ended with 0"
    },
    "once-for-all": {
        "changes-arrive": "person000@contoso.com is named Given000 Family instead of Renamed Family"
    },
    "disable-the-gone,half-when-broken:broken": {
        "no-destructive-step": "; disabled is user newcomer@contoso.com"
    },
    "no-disable": {"changes-arrive": "person001@contoso.com is enabled, though disabled in the source"},
    "no-enable": {"changes-arrive": "person004@contoso.com is disabled, though active in the source"},
    "delete-disabled": {
        "changes-arrive": "person001@contoso.com was deleted, though only disabled in the source"
    },
    "match-by-case": {"changes-arrive": "with a source that had changed, the command ended with 1"},
    "keep-groups": {"changes-arrive": "group Visitors has members, though gone from the source"},
    "regroup:changed": {"changes-arrive": "group Everybody was deleted and created anew"},
    "no-delete": {"changes-arrive": "person002@contoso.com is enabled, though gone from the source"},
    "no-join": {"changes-arrive": "person007@contoso.com is no member of Office"},
    "no-leave": {"changes-arrive": "person000@contoso.com is still a member of Office"},
    "first-page-only": {
        "pages-to-the-end": "GET /Groups?cursor= has a next page, which is never asked for",
        "second-run-writes-nothing": "second run: POST /Users writes though nothing had changed",
        "changes-arrive": "person002@contoso.com is enabled, though gone from the source",
    },
    "delete-one-too-many:changed": {"changes-arrive": "person007@contoso.com is missing"},
    "half-when-broken": {"no-destructive-step": "after a run with half of the source, there is no"},
    "empty-when-broken:broken": {"no-destructive-step": "after a run with half of the source, there is no"},
    "trust-empty": {"no-mass-deletion": "after a run with an empty source, there is no"},
    "disable-everybody:changed": {"changes-arrive": "is disabled, though active in the source"},
    "delete-groups:changed": {"changes-arrive": "group Office is missing"},
    "exit-3:changed": {"changes-arrive": "the command ended with 3", "token-kept": "in the changed run"},
    "empty-when-gone:unavailable": {
        "no-destructive-step": "after a run whose source was not to be had, there is no"
    },
}
# The same with Microsoft Graph for a source.
WITH_AZURE_AD = {
    "first-page-of-source": {"changes-arrive": "person004@contoso.com is missing"},
    "half-when-broken:broken": {"no-destructive-step": "after a run with half of the source, there is no"},
    "half-when-broken:unavailable": {
        "no-destructive-step": "after a run whose source was not to be had, there is no"
    },
    "trust-empty": {"no-mass-deletion": "after a run with an empty source, there is no"},
    "no-leave": {"changes-arrive": "person000@contoso.com is still a member of Office"},
}
