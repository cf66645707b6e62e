using System.CommandLine;
using System.Text;
using Mig.Cli.Verbs;

namespace Mig.Cli.CommandLines;

/// <summary>Writes help: of the whole program, and of a verb.</summary>
internal static class HelpText
{
    /// <summary>What <c>--json</c> does, wherever it is there.</summary>
    public const string JsonSummary = "Prints JSON (docs/guide/json.md)";

    private const int Column = 26;

    public static string Overview()
    {
        var text = new StringBuilder();
        text.Append("mig is Git for machine images: it keeps every version of a disk, stores what they share once,\nand gives any of them "
            + "back bit for bit.\n\n");
        text.Append("Usage: mig [--repo DIR] [-C DIR] [-c KEY=VALUE] VERB [ARGUMENTS]\n");
        foreach ((string group, (string Name, string Summary, Func<Verb> Create)[] verbs) in VerbList.Groups)
        {
            text.Append('\n').Append(group).Append('\n');
            foreach ((string name, string summary, _) in verbs)
                Row(text, name, summary);
        }

        text.Append("\nOptions of every verb\n");
        var options = new GlobalOptions();
        foreach (Option option in options.All)
            Row(text, Label(option), option.Description ?? "");
        Row(text, Label(options.Version), options.Version.Description ?? "");
        return text.Append("\n'mig help VERB' explains a verb and shows examples.\n").ToString();
    }

    /// <summary>Names of an option and of its value.</summary>
    public static string Label(Option option)
    {
        // Short names first, as Git's help has them.
        IEnumerable<string> names = option.Aliases.Append(option.Name).OrderBy(name => name.Length);
        string value = option.ValueType == typeof(bool) ? "" : " " + (option.HelpName ?? "VALUE");
        return string.Join(", ", names) + value;
    }

    public static string Of(Verb verb)
    {
        var text = new StringBuilder();
        text.Append("mig ").Append(verb.Command.Name).Append(": ").Append(verb.Command.Description).Append("\n\n");
        string lead = "Usage: ";
        foreach (string usage in verb.Usage)
        {
            text.Append(lead).Append("mig ").Append(usage).Append('\n');
            lead = "       ";
        }

        if (verb.Description.Length > 0)
            text.Append('\n').Append(verb.Description).Append('\n');
        if (verb.Command.Options.Count > 0)
        {
            text.Append("\nOptions\n");
            foreach (Option option in verb.Command.Options)
            {
                if (!option.Hidden)
                    Row(text, Label(option), option.Description ?? "");
            }

            if (verb.HasJson)
                Row(text, "--json", JsonSummary);
        }
        else if (verb.HasJson)
        {
            text.Append("\nOptions\n");
            Row(text, "--json", JsonSummary);
        }

        text.Append("\nExamples\n");
        foreach ((string command, string meaning) in verb.Examples)
            text.Append("  ").Append(command).Append("\n      ").Append(meaning).Append('\n');
        return text.ToString();
    }

    private static void Row(StringBuilder text, string label, string meaning)
    {
        text.Append("  ").Append(label);
        if (label.Length < Column - 2)
            text.Append(' ', Column - 2 - label.Length);
        else
            text.Append('\n').Append(' ', Column);
        text.Append(meaning).Append('\n');
    }
}
