using Rollcall.Access.Lists;
using Rollcall.Access.Users;

namespace Rollcall.Access.Evaluation;

/// <summary>What counts of a person itself at a moment, whatever lists it is on.</summary>
/// <param name="Person">The person.</param>
/// <param name="Users">Its Users, of all integrations and the local one.</param>
/// <param name="Own">Roles and traits of its own: those of its local User while that is active.</param>
internal sealed record Standing(RecordedPerson Person, IReadOnlyList<RecordedUser> Users, RolesAndTraits Own)
{
    /// <summary>How people stand, by their ids.</summary>
    public static async ValueTask<Dictionary<long, Standing>> LoadAsync(Records records, IReadOnlyCollection<long> ids)
    {
        if (ids.Count == 0)
            return [];
        var people = await records.PeopleAsync(ids);
        var users = (await records.UsersOfAsync(ids)).ToLookup(user => user.PersonId);
        return people.Values.ToDictionary(person => person.Id, person => Of(person, [.. users[person.Id]]));
    }

    /// <summary>Whether a membership of a User, or of the person by name, may have effect at all.</summary>
    /// <param name="user">The User; null for the person.</param>
    public IneligibleStatus StatusOf(RecordedUser? user)
    {
        if (Person.BlockedSince is not null)
            return IneligibleStatus.Blocked;
        if (user is null && Users.Count == 0)
            return IneligibleStatus.UserNotExist;
        return user?.IsActive ?? Users.Any(candidate => candidate.IsActive) ? IneligibleStatus.Eligible : IneligibleStatus.UserInactive;
    }

    /// <summary>The same, where a list requires something.</summary>
    public IneligibleStatus StatusFor(RecordedUser? user, RolesAndTraits required) =>
        StatusOf(user) is var status && status == IneligibleStatus.Eligible && Requirements.Missing(required, Own) is not null ? IneligibleStatus.MissingRequirements : status;

    private static Standing Of(RecordedPerson person, List<RecordedUser> users)
    {
        var local = users.Find(user => user is { IntegrationId: 0, IsActive: true });
        return new Standing(person, users, local?.Document is { } document ? LocalUser.Own(document) : RolesAndTraits.None);
    }
}
