using System.CommandLine;
using System.Text;
using Mig.Cli.Verbs;

namespace Mig.Cli.CommandLines;

/// <summary>Writes manual pages (man(7), groff) of the program and of each verb, from what the help says.</summary>
internal static class ManPage
{
    /// <summary>The page <c>mig(1)</c>.</summary>
    public static string Overview()
    {
        StringBuilder text = Begin("mig", "Git for machine images");
        Section(text, "SYNOPSIS").Append("\\fBmig\\fR [\\fB\\-\\-repo\\fR \\fIDIR\\fR] [\\fB\\-C\\fR \\fIDIR\\fR] "
            + "[\\fB\\-c\\fR \\fIKEY=VALUE\\fR] \\fIVERB\\fR [\\fIARGUMENTS\\fR]\n");
        Section(text, "DESCRIPTION");
        Lines(text, "mig keeps every version of a machine's disk, stores what versions share once, and gives any of them back bit for "
            + "bit.\n"
            + "Each verb has a page of its own: mig-commit(1) is that of 'mig commit'.");
        foreach ((string group, (string Name, string Summary, Func<Verb> Create)[] verbs) in VerbList.Groups)
        {
            text.Append(".SS ").Append(Escape(group)).Append('\n');
            foreach ((string name, string summary, _) in verbs)
                Item(text, $"mig-{name}(1)", summary);
        }

        var options = new GlobalOptions();
        Section(text, "OPTIONS");
        foreach (Option option in options.All.Append(options.Version))
            Item(text, HelpText.Label(option), option.Description ?? "");
        return text.ToString();
    }

    /// <summary>The page <c>mig-VERB(1)</c>.</summary>
    public static string Of(Verb verb)
    {
        StringBuilder text = Begin($"mig-{verb.Command.Name}", verb.Command.Description ?? "");
        Section(text, "SYNOPSIS");
        foreach (string usage in verb.Usage)
            text.Append(".nf\n\\fBmig\\fR ").Append(Escape(usage)).Append("\n.fi\n");
        if (verb.Description.Length > 0)
        {
            Section(text, "DESCRIPTION");
            Lines(text, verb.Description);
        }

        Option[] options = [.. verb.Command.Options.Where(option => !option.Hidden)];
        if (options.Length > 0 || verb.HasJson)
        {
            Section(text, "OPTIONS");
            foreach (Option option in options)
                Item(text, HelpText.Label(option), option.Description ?? "");
            if (verb.HasJson)
                Item(text, "--json", HelpText.JsonSummary);
        }

        Section(text, "EXAMPLES");
        foreach ((string command, string meaning) in verb.Examples)
            Item(text, command, meaning);
        Section(text, "SEE ALSO").Append(".BR mig (1)\n");
        return text.ToString();
    }

    private static StringBuilder Begin(string name, string summary) => new StringBuilder()
        .Append(".\\\" Made by 'mig help --man' from the verbs.\n")
        .Append(".TH ").Append(Escape(name.ToUpperInvariant())).Append(" 1 \"\" \"mig ").Append(VersionVerb.Number).Append("\"\n")
        .Append(".SH NAME\n").Append(Escape(name)).Append(" \\- ").Append(Escape(summary)).Append('\n');

    private static StringBuilder Section(StringBuilder text, string name) => text.Append(".SH ").Append(name).Append('\n');

    private static void Item(StringBuilder text, string label, string meaning)
    {
        text.Append(".TP\n\\fB").Append(Escape(label)).Append("\\fR\n");
        Lines(text, meaning);
    }

    // Lines that are set in are examples or tables, and keep their form; an empty line begins a paragraph.
    private static void Lines(StringBuilder text, string lines)
    {
        bool isFormed = false;
        foreach (string line in lines.TrimEnd().Split('\n'))
        {
            bool isSetIn = line.StartsWith("  ", StringComparison.Ordinal);
            if (isSetIn != isFormed && line.Length > 0)
            {
                text.Append(isSetIn ? ".nf\n" : ".fi\n");
                isFormed = isSetIn;
            }

            text.Append(line.Length == 0 && !isFormed ? ".PP" : Escape(line)).Append('\n');
        }

        if (isFormed)
            text.Append(".fi\n");
    }

    // A point or a quote at the beginning would be a request; what is not ASCII has a name of its own.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.StartsWith('.') || text.StartsWith('\'') ? "\\&" : "");
        foreach (Rune rune in text.EnumerateRunes())
        {
            escaped.Append(rune.Value switch
            {
                '\\' => "\\e",
                '-' => "\\-",
                > 126 => $"\\[u{rune.Value:X4}]",
                _ => rune.ToString(),
            });
        }

        return escaped.ToString();
    }
}
