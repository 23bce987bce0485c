namespace Rollcall.Access.Backups;

/// <summary>A backup can't be made or restored. The message says why and what to do; nothing was changed.</summary>
public sealed class BackupException(string message, Exception? inner = null) : Exception(message, inner);
