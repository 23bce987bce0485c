using System.CommandLine;

namespace Rollcall.Commands;

/// <summary><c>rollcall access …</c>: what persons may do, and why.</summary>
internal static class AccessCommands
{
    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) => new Verb("access", "Explains what persons may do.").With(ExplainVerb(server));

    private static Verb ExplainVerb(Server server)
    {
        var person = new Argument<string>("PERSON") { Description = "The person's user name; case does not matter." };
        var at = OptionOf.Time("--at", "The moment to explain, as far back as records go. Default: now.");
        var verb = new Verb("explain", "Shows which roles and traits a person has by access lists, since when, by which memberships, and what has no effect and why.")
            .With(person, at)
            .WithExamples(
                "rollcall access explain alice@example.com",
                "rollcall access explain alice@example.com --at 2026-06-30T18:00:00Z --output json");
        return server.Verb(verb, async call =>
        {
            var path = ApiPath.Of("people", call[person], "access").With(("at", call.Get(at) is { } moment ? ListFields.Time(moment) : null));
            var answer = await call.Api.GetAsync(path, call.CancellationToken);
            call.Output.Answer(answer.Body, output => new AccessWriter(output).Write(answer.Body));
        });
    }
}
