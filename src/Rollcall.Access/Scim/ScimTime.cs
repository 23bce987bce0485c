using System.Globalization;

namespace Rollcall.Access.Scim;

/// <summary>Times of the database as responses write them.</summary>
internal static class ScimTime
{
    /// <summary>A time in microseconds since 1970, as an xsd:dateTime in UTC with all six digits.</summary>
    public static string Format(long microseconds) =>
        DateTime.UnixEpoch.AddMicroseconds(microseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The same as a value.</summary>
    public static DateTimeOffset ToTime(long microseconds) => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds);
}
