using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Rollcall.Web.Api;

/// <summary>
/// <c>/openapi/v1.json</c>: the admin API as an OpenAPI 3.1 document, made of what the endpoints say of themselves
/// (<see cref="ApiDescription"/>) and of the types that they read and write. It is open: it tells nothing that is not in the
/// documentation.
/// </summary>
internal static class OpenApiDocuments
{
    private const string Name = "v1";
    private const string Bearer = "adminToken";
    private const string Problem = "Problem";
    private const string ProblemMediaType = "application/problem+json";

    public static void Add(IServiceCollection services, string title, string publicUrl) => services.AddOpenApi(Name, options =>
    {
        options.ShouldInclude = description => OperationOf(description.ActionDescriptor.EndpointMetadata) is not null;
        options.CreateSchemaReferenceId = NameOf;
        options.AddSchemaTransformer((schema, context, _) => Correct(schema, context.JsonTypeInfo));
        options.AddOperationTransformer((operation, context, _) => Complete(operation, context));
        options.AddDocumentTransformer((document, _, _) => Complete(document, title, publicUrl));
    });

    public static void Map(IEndpointRouteBuilder app) => app.MapOpenApi($"/openapi/{Name}.json");

    private static ApiOperation? OperationOf(IList<object> metadata) => metadata.OfType<ApiOperation>().LastOrDefault();

    // "IntegrationView" is told as Integration, a page of them as IntegrationPage.
    private static string? NameOf(JsonTypeInfo type)
    {
        if (type.Type is { IsGenericType: true } page && page.GetGenericTypeDefinition() == typeof(ApiPage<>))
            return Short(page.GetGenericArguments()[0]) + "Page";
        return OpenApiOptions.CreateDefaultSchemaReferenceId(type) is null ? null : Short(type.Type);
    }

    private static string Short(Type type)
    {
        const string Suffix = "View";
        var name = (Nullable.GetUnderlyingType(type) ?? type).Name;
        return name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;
    }

    // Null is not written, so what may be null may be absent.
    private static Task Correct(OpenApiSchema schema, JsonTypeInfo type)
    {
        if (type.Kind == JsonTypeInfoKind.Object)
        {
            foreach (var property in type.Properties.Where(property => property.IsGetNullable && property.Get is not null))
                schema.Required?.Remove(property.Name);
            schema.AdditionalPropertiesAllowed = false;
        }
        return Task.CompletedTask;
    }

    private static Task Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var described = OperationOf(metadata)!;
        operation.OperationId = described.Id;
        operation.Summary = described.Summary;
        var path = RoutePatternFactory.Parse(context.Description.RelativePath!);
        operation.Tags = new HashSet<OpenApiTagReference> { new(path.PathSegments[2].Parts[0] is RoutePatternLiteralPart part ? part.Content : "api", context.Document) };

        operation.Parameters =
        [
            .. path.Parameters.Select(parameter => new OpenApiParameter
            {
                Name = parameter.Name, In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            }),
            .. metadata.OfType<ApiQuery>().Select(query => new OpenApiParameter
            {
                Name = query.Name, In = ParameterLocation.Query, Description = query.Description, Schema = SchemaOf(query.Type),
            }),
        ];
        if (metadata.OfType<ApiIfMatch>().Any())
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = "If-Match", In = ParameterLocation.Header, Description = "The ETag of the revision that the change is made for.", Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        var contents = operation.Responses!.Values.Select(response => response.Content).Append(operation.RequestBody?.Content).OfType<IDictionary<string, OpenApiMediaType>>();
        foreach (var (_, content) in contents.SelectMany(content => content).Where(content => content.Key != ApiJson.MediaType))
            content.Schema = SchemaOf(typeof(string));

        AddRefusal(operation, StatusCodes.Status401Unauthorized, context);
        if (operation.RequestBody is not null || operation.Parameters.Any(parameter => parameter.In == ParameterLocation.Query))
            AddRefusal(operation, StatusCodes.Status400BadRequest, context);
        if (path.Parameters.Count > 0)
            AddRefusal(operation, StatusCodes.Status404NotFound, context);
        if (metadata.OfType<ApiIfMatch>().Any())
            AddRefusal(operation, StatusCodes.Status412PreconditionFailed, context);
        operation.Responses!["default"] = Refusal("What else went wrong: the status says what kind, the detail what to do.", context);
        return Task.CompletedTask;
    }

    private static void AddRefusal(OpenApiOperation operation, int status, OpenApiOperationTransformerContext context) =>
        operation.Responses!.TryAdd(
            status.ToString(CultureInfo.InvariantCulture), Refusal($"{Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status)}.", context));

    private static OpenApiResponse Refusal(string description, OpenApiOperationTransformerContext context) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType> { [ProblemMediaType] = new() { Schema = new OpenApiSchemaReference(Problem, context.Document) } },
    };

    private static OpenApiSchema SchemaOf(Type type) => type switch
    {
        _ when type == typeof(int) || type == typeof(long) => new OpenApiSchema { Type = JsonSchemaType.Integer },
        _ when type == typeof(bool) => new OpenApiSchema { Type = JsonSchemaType.Boolean },
        _ when type == typeof(DateTimeOffset) => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
        { IsEnum: true } => new OpenApiSchema
        {
            Type = JsonSchemaType.String, Enum = [.. Enum.GetNames(type).Select(name => System.Text.Json.Nodes.JsonValue.Create(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name)))],
        },
        _ => new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static Task Complete(OpenApiDocument document, string title, string publicUrl)
    {
        document.Info = new OpenApiInfo
        {
            Title = title,
            Version = Name,
            Description = "Lists come in pages: send nextCursor of one as cursor for the next. Faults are problem details (RFC 9457).",
        };
        document.Servers = [new OpenApiServer { Url = publicUrl }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The admin token: the file admin-token of the data folder, unless it was set." },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
        document.AddComponent(Problem, ProblemSchema());
        return Task.CompletedTask;
    }

    /// <summary>What <c>ProblemDetails</c> writes.</summary>
    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "What went wrong (RFC 9457). It may have further members.",
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("Always about:blank: the status says what kind of problem it is."),
            ["title"] = Text("The status in words."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The HTTP status." },
            ["detail"] = Text("What was wrong, and what to do."),
            ["instance"] = Text("The path of the request."),
            ["requestId"] = Text("The request's id, as X-Request-Id and the log have it."),
            ["field"] = Text("The member of the body, or the query parameter, that is wrong."),
        },
        Required = new HashSet<string> { "type", "title", "status", "detail", "instance", "requestId" },
    };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
