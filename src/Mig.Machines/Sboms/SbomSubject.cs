using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Revisions;

namespace Mig.Machines.Sboms;

/// <summary>
/// What a bill of materials is about. All that is in one follows from this and the inventory, so the same version gives the same bytes.
/// </summary>
/// <param name="Name">Of the image itself: not what the user called it, which may be any of many names.</param>
/// <param name="Image">Its id.</param>
/// <param name="Created">The time of its commit, in seconds since 1970; null when no commit is known.</param>
/// <param name="ToolVersion">Of mig.</param>
public sealed record SbomSubject(string Name, ImageId Image, long? Created, string ToolVersion)
{
    /// <summary>A UUID that is the image's own in this form.</summary>
    internal Guid Identify(string form)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{form}\n{Name}\n{Image}\n{Created}\n{ToolVersion}"));

        // RFC 9562, section 5.8: version 8 is for ids of one's own making.
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    internal string CreatedText => DateTimeOffset.FromUnixTimeSeconds(Created ?? 0).UtcDateTime.ToString(
        "yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
