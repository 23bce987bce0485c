using Rollcall.Data;
using Rollcall.Governance.Applications;

namespace Rollcall.Governance.Api;

/// <summary>An application as the API shows it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Version">The number of the newest version.</param>
/// <param name="Secrets">The names of the secrets that there are.</param>
/// <param name="Definition">How it is governed.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ModifiedAt">When the version was saved.</param>
internal sealed record ApplicationView(
    string Name, long Version, IReadOnlyList<string> Secrets, ApplicationDefinition Definition, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt)
{
    /// <summary>The view of an application.</summary>
    public static async ValueTask<ApplicationView> OfAsync(Session session, Application application) => new(
        application.Name, application.Version, await ApplicationSecrets.NamesOfAsync(session, application.Id), application.Definition,
        DatabaseTime.ToTime(application.Created), DatabaseTime.ToTime(application.Modified));
}
