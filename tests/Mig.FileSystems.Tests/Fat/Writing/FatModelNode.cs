using Mig.Core;

namespace Mig.FileSystems.Tests.Fat.Writing;

/// <summary>A node of <see cref="FatModel"/>.</summary>
internal sealed class FatModelNode
{
    public required bool IsDirectory { get; init; }

    /// <summary>As it is stored, with its case.</summary>
    public required string Name { get; set; }

    public byte[] Content { get; set; } = [];

    /// <summary>Read-only 1, hidden 2, system 4, archive 32.</summary>
    public byte Attributes { get; set; }

    public Timestamp Modified { get; set; }

    public Dictionary<string, FatModelNode> Children { get; } = new(StringComparer.OrdinalIgnoreCase);
}
