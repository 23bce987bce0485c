using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Rollcall.Web.Faults;

namespace Rollcall.Web.Api;

/// <summary>JSON as the admin API reads and writes it.</summary>
public static partial class ApiJson
{
    /// <summary>The media type of bodies.</summary>
    public const string MediaType = "application/json";

    /// <summary>
    /// camelCase, enumerations as camelCase strings, no nulls written; what is read must be exactly what is known: no
    /// further members, none twice, none of the required ones missing, none null that must not be.
    /// </summary>
    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>Writes a value as the response.</summary>
    /// <param name="context">The request.</param>
    /// <param name="value">What to write.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="revision">The resource's revision, for <c>ETag</c>; null if it has none.</param>
    public static Task WriteAsync<T>(HttpContext context, T value, int status = StatusCodes.Status200OK, long? revision = null)
    {
        context.Response.StatusCode = status;
        if (revision is { } number)
            context.Response.Headers[HeaderNames.ETag] = ApiETag.Of(number);
        return context.Response.WriteAsJsonAsync(value, Options, MediaType, context.RequestAborted);
    }

    /// <summary>Reads a part of a body as <typeparamref name="T"/>, as strictly as the body itself.</summary>
    /// <param name="part">The part.</param>
    /// <param name="field">Where it stands in the body.</param>
    /// <exception cref="ApiException">400, with the member's place as <c>field</c>.</exception>
    public static T Read<T>(JsonNode part, string field) where T : class
    {
        try
        {
            return part.Deserialize<T>(Options)!;
        }
        catch (JsonException e)
        {
            throw ApiException.Invalid(Join(field, MemberOf(e)).TrimEnd('.'), FaultOf(e).Detail);
        }
    }

    /// <summary>What a caller is told of JSON that can't be read: the member, or line and column, never the text of the parser.</summary>
    internal static Fault FaultOf(JsonException exception)
    {
        var member = MemberOf(exception);
        var (field, detail) = exception.Message switch
        {
            var text when Unmapped().Match(text) is { Success: true } match => (Join(member, match.Groups["name"].Value), "is not known here. Remove it or correct its name"),
            var text when Duplicate().Match(text) is { Success: true } match => (Join(member, match.Groups["name"].Value), "stands there twice. Leave one out"),
            var text when Missing().Match(text) is { Success: true } match => (Join(member, match.Groups["name"].Value), "is missing. Add it"),
            // The parser itself reports a place in the text; a value of the wrong kind is reported by its member.
            _ when exception.InnerException is not JsonException && member.Length > 0 => (member, "has a value of the wrong kind"),
            _ => ("", ""),
        };
        if (field.Length > 0)
        {
            return new Fault(StatusCodes.Status400BadRequest, $"The member {field.Truncate()} {detail}.")
            {
                Extensions = new Dictionary<string, object> { ["field"] = field.Truncate() },
            };
        }
        var place = exception is { LineNumber: { } line, BytePositionInLine: { } column } ? $" at line {line + 1}, byte {column + 1}" : "";
        return new Fault(StatusCodes.Status400BadRequest, $"The body is not the JSON that this path takes: it goes wrong{place}. Correct it there.");
    }

    // "$.owners[0].name" is told as "owners[0].name".
    private static string MemberOf(JsonException exception) =>
        exception.Path is { } path && path.StartsWith('$') ? path[1..].TrimStart('.') : "";

    private static string Join(string member, string name) =>
        member.Length == 0 || member == name ? name
        : member.EndsWith("." + name, StringComparison.Ordinal) ? member
        : $"{member}.{name}";

    /// <summary>Gives other options the same rules: the framework has its own instance for handlers that it binds.</summary>
    internal static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        // Safe outside HTML, where readable names are worth more; responses say nosniff.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        Configure(options);
        options.MakeReadOnly();
        return options;
    }

    // The serializer tells these cases apart by its messages only; tests pin each of them.
    [GeneratedRegex("^The JSON property '(?<name>.+?)' could not be mapped")]
    private static partial Regex Unmapped();

    [GeneratedRegex("^Duplicate property '(?<name>.+?)' encountered")]
    private static partial Regex Duplicate();

    [GeneratedRegex("was missing required properties including: '(?<name>.+?)'")]
    private static partial Regex Missing();
}
