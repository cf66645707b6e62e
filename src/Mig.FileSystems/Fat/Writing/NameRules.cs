namespace Mig.FileSystems.Fat.Writing;

/// <summary>What a name may be, and when two are the same.</summary>
internal static class NameRules
{
    private const string Forbidden = "\"*/:<>?\\|";

    public static bool AreSame(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns a name as text.</summary>
    /// <exception cref="RefusedOperationException">FAT cannot have such a name.</exception>
    public static string Parse(ReadOnlySpan<byte> name)
    {
        string shown = PathResolver.Describe(name);
        if (Wtf8.Decode(name) is not { } text)
            throw Bad(shown, "is not UTF-8, and FAT has names in UTF-16");
        if (text.Length is 0 or > LongName.MaxLength)
            throw Bad(shown, $"has {text.Length} UTF-16 units, 1 to {LongName.MaxLength} allowed");
        foreach (char character in text)
        {
            if (character < ' ' || character == '\x7f' || Forbidden.Contains(character, StringComparison.Ordinal))
                throw Bad(shown, $"has the character U+{(int)character:X4}, which no name on FAT may have");
        }

        return text[^1] is not ('.' or ' ') ? text : throw Bad(shown, "ends with a dot or space, which Windows takes away");
    }

    private static RefusedOperationException Bad(string name, string why) => new(RefusalReason.BadName, $"the name \"{name}\" {why}");
}
