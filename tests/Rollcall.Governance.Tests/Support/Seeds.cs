using System.Text.Json.Nodes;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Provisioning;
using Rollcall.Scim;

namespace Rollcall.Governance.Tests.Support;

/// <summary>Rows as imports and aggregations leave them, for tests of what comes after.</summary>
internal static class Seeds
{
    /// <summary>Who changes what, for stores that are called directly.</summary>
    public static Change NewChange() => new(Guid.NewGuid().ToString(), 1, new Actor("tester"));

    /// <summary>Defines an application over a target.</summary>
    /// <returns>Its id in the database.</returns>
    public static async Task<long> ApplicationAsync(this GovernanceApp app, AccessTarget target, JsonObject? definition = null)
    {
        app.Log.Hide((string)target.Integration["clientSecret"]!);
        (await app.CallAsync("POST", "/applications", target.Application(definition: definition))).Expect(201);
        return await app.Server.Database.ReadAsync(session => session.FirstAsync("select id from applications where name = 'target'", row => row.GetInt64(0)));
    }

    /// <summary>Adds an identity <c>name</c> with the address <c>name@example.com</c>.</summary>
    /// <returns>Its id in the database.</returns>
    public static Task<long> IdentityAsync(this GovernanceApp app, string name, bool active = true) => app.Server.Database.WriteAsync(session => session.FirstAsync(
        """
        insert into identities (public_id, email, email_key, given_name, active, attributes, revision, created, modified)
        values ($1, $2, $3, $1, $4, '{}', 1, $5, $5) returning id
        """, row => row.GetInt64(0), name, $"{name}@example.com", ScimText.Fold($"{name}@example.com"), active, session.Now));

    /// <summary>Adds an entitlement as aggregated.</summary>
    /// <returns>Its id in the database.</returns>
    public static Task<long> EntitlementAsync(this GovernanceApp app, long applicationId, string scimId, string title) => app.Server.Database.WriteAsync(session => session.FirstAsync(
        """
        insert into entitlements (application_id, scim_id, title, title_key, attributes, requestable, revision, refreshed)
        values ($1, $2, $3, $4, '{}', true, 1, $5) returning id
        """, row => row.GetInt64(0), applicationId, scimId, title, ScimText.Fold(title), session.Now));

    /// <summary>Adds an account as aggregated.</summary>
    /// <returns>Its id in the database.</returns>
    public static Task<long> AccountAsync(this GovernanceApp app, long applicationId, string scimId, string userName, long? identityId) => app.Server.Database.WriteAsync(session => session.FirstAsync(
        """
        insert into accounts (application_id, scim_id, user_name, user_name_key, active, attributes, identity_id, correlation, refreshed)
        values ($1, $2, $3, $4, true, '{}', $5, 'rule', $6) returning id
        """, row => row.GetInt64(0), applicationId, scimId, userName, ScimText.Fold(userName), identityId, session.Now));

    /// <summary>Plans a membership.</summary>
    /// <returns>The transaction's id.</returns>
    public static async Task<long> PlanAsync(this GovernanceApp app, long applicationId, long identityId, long entitlementId, bool isMember = true)
    {
        var id = await app.Server.Database.WriteAsync(session =>
            ProvisioningPlan.MembershipAsync(session, NewChange(), applicationId, identityId, entitlementId, isMember, Causes.Manual));
        app.Server.Provisioner.Wake();
        return id;
    }

    /// <summary>Plans a change of an account.</summary>
    /// <returns>The transaction's id.</returns>
    public static async Task<long> PlanAsync(this GovernanceApp app, long applicationId, Operation operation, long identityId)
    {
        var id = await app.Server.Database.WriteAsync(session =>
            TransactionStore.PlanAsync(session, NewChange(), new PlannedChange(applicationId, operation, Causes.Manual) { IdentityId = identityId }));
        app.Server.Provisioner.Wake();
        return id;
    }

    /// <summary>A transaction once nothing is left to do, as the API shows it.</summary>
    public static async Task<JsonObject> TransactionAsync(this GovernanceApp app, long id)
    {
        await app.Server.Provisioner.WhenIdleAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return (await app.CallAsync("GET", $"/transactions/{id}")).Expect(200).Body;
    }
}
