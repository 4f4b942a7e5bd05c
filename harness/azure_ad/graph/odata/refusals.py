"""Every refusal of Microsoft Graph in one table: HTTP status, error code, sentence.

`error` fills in the names in braces and returns the exception to raise. The exceptions of the layers below
(NotFoundError, ConflictError, HarnessError) have their own sentences; `wording` has status and code for them.

Of the codes https://learn.microsoft.com/en-us/graph/errors has serviceNotAvailable and syncStateNotFound with its sentence,
https://learn.microsoft.com/en-us/graph/json-batching Authorization_RequestDenied with its sentence (read 2026-11-29). Codes and
sentences with a source beside them are the service's as users reported it; all others are inferred, and say what is wrong and
how to mend it.
"""

from __future__ import annotations

from typing import NamedTuple

from harness.azure_ad.graph.odata.errors import ODataError


class Refusal(NamedTuple):
    """`sentence` is a format string; its names are the arguments of `error`."""

    status: int
    code: str
    sentence: str

    def error(self, **facts: object) -> ODataError:
        return ODataError(self.status, self.code, self.sentence.format(**facts))


# Who may come in
TOKEN_REFUSED = Refusal(401, "InvalidAuthenticationToken", "{reason}")
FORBIDDEN = Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
PROOF_REFUSED = Refusal(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.")
THROTTLED = Refusal(429, "TooManyRequests", "Please retry again later.")
DOWN = Refusal(503, "serviceNotAvailable", "The service is temporarily unavailable.")

# Bodies
BODY_UNREADABLE = Refusal(
    400,
    "BadRequest",
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
)
# What OData.net says of a body that is no object, reported of an empty one (https://github.com/microsoft/semantic-link-labs/issues/1082,
# read 2026-11-29). A bare list to provisionOnDemand is refused, too
# (https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/8519); its words are not in what could be read of
# that, so that they are these is inferred.
BODY_NO_OBJECT = Refusal(
    400,
    "Request_BadRequest",
    (
        "An unexpected '{node}' node was found when reading from the JSON reader. A 'StartObject' node was expected."
    ),
)
BODY_FORM = Refusal(400, "BadRequest", "The body must be {form}.")
BODY_TOO_LARGE = Refusal(413, "RequestEntityTooLarge", "The body is larger than {limit} bytes.")
PART_FORM = Refusal(400, "BadRequest", "{part} must be {form}.")
PAIRS_NEEDED = Refusal(400, "BadRequest", 'A list of {{"key": …, "value": …}} is needed.')
# https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2561 (read 2026-11-29)
VALUE_NEEDED = Refusal(
    400, "Request_BadRequest", "A value is required for property '{name}' of resource '{resource}'."
)
VALUE_FORM = Refusal(400, "Request_BadRequest", "{name} must be {form}.")
# Graph's words for a reply URL that it does not take, as a public installation script repeats them for applications.
ADDRESS_REFUSED = Refusal(
    400,
    "Request_BadRequest",
    (
        "Invalid value specified for property '{name}' of resource '{resource}': '{value}'. Detailed information: "
        "'https://docs.microsoft.com/en-us/azure/active-directory/develop/reply-url'"
    ),
)
PROPERTY_UNKNOWN = Refusal(400, "Request_BadRequest", "Invalid property '{name}'{hint}.")
# https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3748 (read 2026-11-29)
PROPERTY_REFUSED = Refusal(400, "Request_BadRequest", "Property '{name}' is read-only and cannot be set.")
# https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/6580, with code and target among its details
# (read 2026-11-29)
VALUE_INVALID = Refusal(
    400, "Request_BadRequest", "Invalid value specified for property '{name}' of resource '{resource}'."
)
# https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/8276, of a new group, and …/3748, of a changed one (read
# 2026-11-29)
MAIL_ENABLED_REFUSED = Refusal(
    400,
    "Request_BadRequest",
    (
        "The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement "
        "property is unset and the security-enablement property is set."
    ),
)
# https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2680 (read 2026-11-29)
EXTENSIONS_UNDEFINED = Refusal(
    400, "Request_BadRequest", "The following extension properties are not available: {names}."
)
TOO_MANY_VALUES = Refusal(400, "Request_BadRequest", "'{name}' may have up to {limit} values in one request.")
# https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/3307 (read 2026-11-29)
PASSWORD_NEEDED = Refusal(400, "Request_BadRequest", "A password must be specified to create a new user.")
# Quoted word for word, with this code, by users of Terraform and PowerShell; no page or issue of Microsoft's was found.
DOMAIN_REFUSED = Refusal(
    400,
    "Request_BadRequest",
    (
        "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in "
        "your organization."
    ),
)
TOO_MANY_REFERENCES = Refusal(
    400, "Request_BadRequest", "'{name}' may have up to {limit} references in one request."
)

# The condition is the page's (group-delete-owners); the sentence is what the tests of several public programs match, code
# included.
LAST_OWNER = Refusal(
    400, "Request_BadRequest", "The group must have at least one owner, hence this owner cannot be removed."
)

# https://github.com/microsoftgraph/microsoft-graph-explorer-v4/issues/3184 and
# https://github.com/microsoftgraph/microsoft-graph-docs/issues/21903, with the line ends of the latter (read 2026-11-29)
REQUEST_TOO_LONG = Refusal(
    400,
    "UnknownError",
    (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">\r\n'
        "<HTML><HEAD><TITLE>Bad Request</TITLE>\r\n"
        '<META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii"></HEAD>\r\n'
        "<BODY><h2>Bad Request - Request Too Long</h2>\r\n"
        "<hr><p>HTTP Error 400. The size of the request headers is too long.</p>\r\n"
        "</BODY></HTML>\r\n"
    ),
)

# Query options
OPTION_UNKNOWN = Refusal(400, "BadRequest", "The query parameter '{name}' is not supported.")
SKIP_REFUSED = Refusal(400, "Request_BadRequest", "'$skip' is not supported by the service.")
OPTION_TWICE = Refusal(
    400,
    "BadRequest",
    "Query option '{name}' was specified more than once, but it must be specified at most once.",
)
SKIP_UNREADABLE = Refusal(400, "BadRequest", "Invalid value '{text}' for $skip: a number is needed.")
SEARCH_REFUSED = Refusal(400, "Request_UnsupportedQuery", "This query is not supported.")
# https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3495 (read 2026-11-29)
SEARCH_NEEDS_HEADER = Refusal(
    400,
    "Request_UnsupportedQuery",
    (
        "Request with $search query parameter only works through MSGraph with a special request header: "
        "'ConsistencyLevel: eventual'"
    ),
)
SEARCH_UNREADABLE = Refusal(
    400,
    "Request_BadRequest",
    "$search must be clauses such as \"displayName:text\" in quotation marks, joined by AND or OR, not '{text}'.",
)
# https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/1238 (read 2026-11-29)
TOO_MANY_ALTERNATIVES = Refusal(
    400,
    "Request_UnsupportedQuery",
    (
        "Too many child clauses specified in search filter expression containing 'OR' operators: {number}. "
        "Max allowed: {limit}."
    ),
)
COUNT_REFUSED = Refusal(400, "Request_BadRequest", "$count is not currently supported.")
TOP_REFUSED = Refusal(
    400, "BadRequest", "Invalid value '{text}' for $top: a number from 1 to {limit} is needed."
)
SELECT_UNKNOWN = Refusal(
    400,
    "BadRequest",
    "Parsing OData Select and Expand failed: Could not find a property named '{name}'{on_type}.",
)
FILTER_REFUSED = Refusal(
    400,
    "Request_UnsupportedQuery",
    "Unsupported or invalid query filter clause specified for property '{name}' of resource '{resource}'.",
)
LEVELS_NEED_HEADER = Refusal(
    400,
    "Request_UnsupportedQuery",
    "$expand with $levels needs the request header 'ConsistencyLevel: eventual'.",
)
ORDER_UNREADABLE = Refusal(400, "BadRequest", "Invalid $orderby '{text}'.")
ORDER_UNKNOWN = Refusal(400, "BadRequest", "Could not find a property named '{name}' on type '{type_name}'.")
# https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/4187 (read 2026-11-29)
ORDER_REFUSED = Refusal(400, "Request_UnsupportedQuery", "Sorting not supported for current query.")
# https://github.com/microsoftgraph/msgraph-beta-sdk-dotnet/issues/626 (read 2026-11-29); its code is not reported.
TOO_LONG_AGO = Refusal(
    400,
    "BadRequest",
    (
        "Specified argument was out of the range of valid values. (Parameter 'Minimum allowed time for {name} is "
        "{earliest}')"
    ),
)
BAD_REQUEST = Refusal(400, "BadRequest", "{reason}")
OPERATOR_REFUSED = Refusal(
    400,
    "Request_UnsupportedQuery",
    "Operator '{operator}' is not supported because the 'ConsistencyLevel:eventual' header is missing, or '$count=true'.",
)
PAGE_TOKEN_EXPIRED = Refusal(
    400,
    "Directory_ExpiredPageToken",
    "The specified page token value has expired and can no longer be included in your request.",
)
DELTA_TOKEN_EXPIRED = Refusal(
    400,
    "syncStateNotFound",
    "The sync state generation is not found. The delta token is expired and data must be synchronized again.",
)
DELTA_OPTION_REFUSED = Refusal(
    400, "Request_BadRequest", "The query option '{name}' is not supported by delta queries."
)
DELTA_FILTER_REFUSED = Refusal(
    400,
    "Request_UnsupportedQuery",
    "A delta query's $filter may be \"id eq '…'\", up to {limit} of them joined by or.",
)

DOMAIN_NOT_VERIFIED = Refusal(
    400,
    "Request_BadRequest",
    "The domain '{name}' is not verified yet; only a verified one can be the default.",
)

# Addresses
# https://github.com/microsoftgraph/msgraph-sdk-php/issues/1163 (read 2026-11-29)
NOBODY_SIGNED_IN = Refusal(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
SEGMENT_UNKNOWN = Refusal(404, "ResourceNotFound", "Resource not found for the segment '{segment}'.")
METHOD_REFUSED = Refusal(
    405, "Request_BadRequest", "The request is using an unsupported HTTP method '{method}'."
)
JOB_OF_ANOTHER_APP = Refusal(
    404, "Request_ResourceNotFound", "Resource '{job}' does not exist for service principal '{app}'."
)

# https://github.com/Azure/azure-powershell/issues/29530 (read 2026-11-29); its words lack the "be", and the id is added here.
# The status is that of https://github.com/hashicorp/terraform-provider-azuread/issues/504 (read 2026-11-29).
APPLICATION_UNKNOWN = Refusal(
    403,
    "Authorization_RequestDenied",
    (
        "When using this permission, the backing application of the service principal being created must be in the local "
        "tenant; '{app_id}' is not."
    ),
)

PERMISSION_ENABLED = Refusal(
    400,
    "CannotDeleteOrUpdateEnabledEntitlement",
    "Permission (scope or role) cannot be deleted or updated unless disabled first.",
)

# Provisioning
TEMPLATE_UNKNOWN = Refusal(400, "BadRequest", "unknown template '{template}'{hint}")
RESET_SCOPE_UNKNOWN = Refusal(400, "BadRequest", "Unknown resetScope '{word}'{hint} There are {names}.")
SECRET_KEY_UNKNOWN = Refusal(400, "BadRequest", "Requested value '{key}' was not found.")
# https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/4247 (read 2026-11-29), word by word.
RULE_UNKNOWN = Refusal(
    400,
    "RequestParameterInvalid",
    (
        "The request identified this synchronization job: {job}.  The request also identified this synchronization rule: "
        "{rule}.  However, the job does not include the rule."
    ),
)
# What the synchronization service itself does not know, in the words of the framework that it is written in.
# https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3539 (reported to this project, not opened again)
SYNCHRONIZATION_UNKNOWN = Refusal(
    404, "UnknownError", '{{"Message":"No HTTP resource was found that matches the request URI \'{url}\'."}}'
)
OBJECT_TYPE_REFUSED = Refusal(400, "BadRequest", "objectTypeName '{kind}' is not offered; use User or Group.")
TOO_MANY_MEMBERS = Refusal(
    400, "BadRequest", "On-demand provisioning takes up to {limit} members of a group."
)
TOO_OFTEN = Refusal(429, "TooManyRequests", "{reason}")
CONNECTIONS_NOT_LISTED = Refusal(
    400, "BadRequest", "Object connections cannot be listed; ask for one by its objectId."
)
JOB_RUNNING = Refusal(409, "Conflict", "{reason}")
