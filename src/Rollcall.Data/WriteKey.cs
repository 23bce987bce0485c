namespace Rollcall.Data;

/// <summary>
/// What a write is recognised by afterwards: it stands, uniquely, in the audit rows that the closure writes. Where the
/// outcome of a commit is unknown, the store looks for it.
/// </summary>
/// <param name="RequestId">The server-made id of the request.</param>
/// <param name="Number">The number of the change within the request, from 1.</param>
public readonly record struct WriteKey(string RequestId, int Number);
