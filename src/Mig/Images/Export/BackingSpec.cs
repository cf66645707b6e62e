using Mig.Core;
using Mig.Core.Host;

namespace Mig.Images.Export;

/// <summary>What a user gives for the disk under a new one: <c>FILE</c> or <c>FILE:REV</c>.</summary>
/// <param name="Path">The file.</param>
/// <param name="Revision">Which version stands in it; null when that is not said.</param>
internal sealed record BackingSpec(string Path, string? Revision)
{
    /// <summary>
    /// Takes what is given apart. File names may hold colons: the shortest beginning that is a file counts, the whole before all.
    /// </summary>
    /// <exception cref="NotFoundException">No beginning is a file.</exception>
    public static BackingSpec Parse(string given)
    {
        if (LibC.LookAt(given) == FileType.Regular)
            return new BackingSpec(given, null);
        for (int colon = given.IndexOf(':', StringComparison.Ordinal); colon > 0; colon = given.IndexOf(':', colon + 1))
        {
            if (LibC.LookAt(given[..colon]) == FileType.Regular)
                return colon + 1 < given.Length ? new BackingSpec(given[..colon], given[(colon + 1)..])
                    : throw new UsageException($"{given}: a version must stand after the colon");
        }

        throw LibC.LookAt(given) == FileType.Missing
            ? new NotFoundException(
                $"{given} does not exist; --backing takes a disk file, with ':REV' after it for the version that it holds")
            : new UsageException($"{given} is a folder or device; --backing takes a disk file");
    }
}
