using Rollcall.Access.Tests.Support;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Tests.Scim;

/// <summary>Runs a row: in an integration of its own, so that rows share nothing but the server.</summary>
internal sealed class RequestTable(RollcallApp app, RequestRow row)
{
    private static int _integrations;

    private readonly Placeholders _values = new();

    public async Task RunAsync()
    {
        var world = row.World ?? new RequestWorld();
        var client = await app.IntegrationAsync($"t{Interlocked.Increment(ref _integrations)}", world.Rules, world.Platform);
        _values["base"] = client.BaseUrl;
        _values["metadata"] = client.BaseUrl.Replace("/scim/", "/.well-known/oauth-protected-resource/scim/", StringComparison.Ordinal);
        foreach (var title in world.Lists)
            _values[title] = await client.ListAsync(title);
        foreach (var name in world.Users)
            _values[name] = await client.UserAsync(name);
        foreach (var (title, members) in world.Members)
            (await client.AddAsync(_values[title], null, [.. members.Select(member => _values[member])])).Expect(204);
        foreach (var step in row.Steps)
            await RunAsync(step, client);
    }

    private async Task RunAsync(RequestStep step, ScimClient client)
    {
        var space = step.Send.IndexOf(' ', StringComparison.Ordinal);
        var headers = step.With.ToDictionary(header => header.Key, header => _values.Fill(header.Value));
        if (step.As == "stranger")
            headers["Authorization"] = $"Bearer {(await app.IntegrationAsync($"t{Interlocked.Increment(ref _integrations)}")).Token}";
        var (path, body) = (_values.Fill(step.Send[(space + 1)..]), BodyOf(step));
        var answer = await client.SendAsync(step.Send[..space], path, body, headers);

        Assert.True(step.Status == answer.Status, $"{step.Send}: {answer.Status} instead of {step.Status}: {answer.Body.ToJsonString()}");
        Assert.Equal(step.ScimType, answer.ScimType);
        if (step.Detail is not null)
            Assert.Contains(_values.Fill(step.Detail), answer.Detail, StringComparison.Ordinal);
        if (step.Changed is not null)
            Assert.Equal(step.Changed, answer.Changed);
        foreach (var (name, value) in step.Headers)
            AssertHeader(name, value, answer);
        if (step.Answer is not null)
            JsonShape.AssertMatches(_values.Fill(step.Answer), answer.Body);
        foreach (var (name, place) in step.Save)
            _values[name] = Placeholders.Find(answer.Body, place) ?? throw new InvalidOperationException($"The answer has no {place}: {answer.Body.ToJsonString()}");
        foreach (var result in answer.Results)
        {
            if (result["bulkId"] is { } name && result["location"] is { } location)
                _values[(string)name!] = ((string)location!).Split('/')[^1];
        }
        if (answer.ETag is { } etag)
            _values["etag"] = etag;
        if (!step.Twice)
            return;
        var again = await client.SendAsync(step.Send[..space], path, body, headers);
        Assert.True(answer.Status == again.Status && again.Changed == false && answer.ETag == again.ETag,
            $"{step.Send}, again: {again.Status}, changed {again.Changed}, {again.ETag} after {answer.ETag}: {again.Body.ToJsonString()}");
    }

    private void AssertHeader(string name, string? value, ScimAnswer answer)
    {
        var given = answer.Headers.GetValueOrDefault(name);
        if (value == "*")
            Assert.NotNull(given);
        else
            Assert.Equal(value is null ? null : _values.Fill(value), given);
    }

    private object? BodyOf(RequestStep step) => step switch
    {
        { Text: { } text } => (object)_values.Fill(text),
        { Body: { } body } => _values.Fill(body),
        { User: { } user } => _values.Fill(ScimClient.With(SchemaUris.User, user, null)),
        { Group: { } group } => _values.Fill(ScimClient.With(SchemaUris.Group, group, null)),
        { Patch: { } operations } => _values.Fill(ScimClient.Patch(operations)),
        { Bulk: { } operations } => _values.Fill(ScimClient.Bulk(operations, step.FailOnErrors)),
        _ => null,
    };
}
