using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Mig.Cli.Terminals;
using Mig.Cli.Verbs;
using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Configuration;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Images.Export;
using Mig.Machines.Files;

namespace Mig.Cli.CommandLines;

/// <summary>
/// Answers shells: what may stand in place of the last word. Silent about everything that is wrong, as nobody looks at messages there.
/// </summary>
internal static class Completion
{
    /// <summary>The hidden verb that the scripts call.</summary>
    public const string VerbName = "__complete";

    private static readonly string[] KnownSettings =
        ["clone.defaultRemoteName", "commit.discardFree", "core.compression", "core.editor", "core.sshCommand", "credential.helper",
            "fetch.prune", "init.defaultBranch", "merge.notes", "push.autoSetupRemote", "push.default", "remote.pushDefault",
            "safe.bareRepository", "safe.directory", "user.email", "user.name"];

    /// <summary>Prints the candidates, one on each line.</summary>
    /// <param name="words">The words after <c>mig</c> up to the cursor; the last one is to be completed.</param>
    public static int Run(string[] words, Terminal terminal)
    {
        string word = words.Length == 0 ? "" : words[^1];
        foreach (string candidate in Candidates(words.AsSpan(0, Math.Max(0, words.Length - 1)).ToArray(), word, terminal))
        {
            if (candidate.StartsWith(word, StringComparison.Ordinal))
                terminal.Output.WriteLine(candidate);
        }

        return ExitCode.Success;
    }

    private static IEnumerable<string> Candidates(string[] before, string word, Terminal terminal)
    {
        try
        {
            int place = MigCommandLine.FindVerb(before);
            Verb? verb = place < 0 ? null : VerbList.Create(before[place]);
            var options = new GlobalOptions();
            Option? waiting = before.Length == 0 ? null : FindOption(before[^1], verb, options);
            if (waiting is not null && waiting.ValueType != typeof(bool))
                return Values(waiting.Name, before, verb, options, terminal);
            if (word.StartsWith('-') && word.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
                return [.. Values(word[..equals], before, verb, options, terminal).Select(value => $"{word[..equals]}={value}")];
            if (word.StartsWith('-'))
                return OptionNames(verb, options);
            return verb is null ? place < 0 ? VerbList.Names : [] : Arguments(verb, before, word, options, terminal);
        }
        catch (Exception e) when (e is MigException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static Option? FindOption(string name, Verb? verb, GlobalOptions options) =>
        (verb is null ? options.All : options.All.Concat(verb.Command.Options))
            .FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private static IEnumerable<string> OptionNames(Verb? verb, GlobalOptions options)
    {
        IEnumerable<Option> all = verb is null ? options.All.Append(options.Version) : verb.Command.Options.Concat(options.All)
            .Where(option => verb.HasJson || option != options.Json);
        return all.Where(option => !option.Hidden).SelectMany(option => option.Aliases.Append(option.Name)).Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Values(string option, string[] before, Verb? verb, GlobalOptions options, Terminal terminal)
    {
        switch (option)
        {
            case "--color":
                return ["always", "auto", "never"];
            case "--format":
                return ImageExporter.Formats;
            case "--input-format":
                return ImageExporter.InputFormats;
            case "--disk" when verb is not null:
                using (Session session = Open(before, verb, options, terminal))
                    return [.. session.Repository.Objects.ReadImage(
                        session.Repository.Revisions.ResolveImage(RevisionIn(before, session))).Disks.Select(disk => disk.Name)];
            default:
                return [];
        }
    }

    // "checkout v1 --disk …": the disks are those of v1.
    private static string RevisionIn(string[] before, Session session) =>
        before.LastOrDefault(word => Names(session.Repository, "refs/").Contains(word)) ?? "HEAD";

    private static IEnumerable<string> Arguments(Verb verb, string[] before, string word, GlobalOptions options, Terminal terminal)
    {
        switch (verb.Completes)
        {
            case CompletionKind.Verbs:
                return VerbList.Names;
            case CompletionKind.Shells:
                return ["bash", "fish", "zsh"];
            case CompletionKind.Nothing or CompletionKind.Files:
                return [];
        }

        using Session session = Open(before, verb, options, terminal);
        return verb.Completes switch
        {
            CompletionKind.Settings => [.. KnownSettings.Concat(session.Repository.Config.Entries.Select(Key)).Distinct()
                .Order(StringComparer.Ordinal)],
            CompletionKind.Branches => [.. Names(session.Repository, RefName.BranchPrefix)],
            CompletionKind.Tags => [.. Names(session.Repository, RefName.TagPrefix)],
            CompletionKind.Paths when word.Contains(':', StringComparison.Ordinal) => Paths(word, session.Repository),
            CompletionKind.Remotes or CompletionKind.RemoteCommands => RemoteWords(verb, options, before, session.Repository),
            CompletionKind.Paths => [.. Names(session.Repository, "refs/").Select(name => name + ":")],
            _ => Revisions(word, session.Repository),
        };
    }

    // After the remote, branches: those of the other side as far as they are known, or, for a push, those here.
    private static IEnumerable<string> RemoteWords(Verb verb, GlobalOptions options, string[] before, Repository repository)
    {
        var remotes = new RemoteConfiguration(repository);
        List<string> words = [.. MigCommandLine.Parse(verb, options, before).CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(result => result.Tokens).Select(token => token.Value)];
        if (verb.Completes == CompletionKind.RemoteCommands)
            return words.Count == 0 ? RemoteVerb.Commands : words.Count == 1 && words[0] != "add" ? remotes.Names : [];
        if (words.Count == 0)
            return remotes.Names;
        if (verb is PushVerb)
            return [.. Names(repository, RefName.BranchPrefix), .. Names(repository, RefName.TagPrefix)];
        string prefix = $"{RefName.RemotePrefix}{words[0]}/";
        return [.. repository.Refs.List(prefix, damaged: []).Select(found => found.Name.Value[prefix.Length..])
            .Where(name => name != "HEAD")];
    }

    private static string Key(ConfigEntry entry) => entry.Key.ToString();

    private static Session Open(string[] before, Verb verb, GlobalOptions options, Terminal terminal) =>
        MigCommandLine.Begin(MigCommandLine.Parse(verb, options, before), options, terminal);

    private static IEnumerable<string> Names(Repository repository, string prefix)
    {
        IEnumerable<string> names = repository.Refs.List(prefix, damaged: []).Select(found => found.Name.ShortName);
        return prefix == RefName.TagPrefix ? names : names.Append("HEAD").Distinct().Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Revisions(string word, Repository repository)
    {
        // In "v1..ma" it is the second name that is being written.
        int dots = word.LastIndexOf("..", StringComparison.Ordinal);
        string done = dots < 0 ? word.StartsWith('^') ? "^" : "" : word[..(dots + 2)];
        return [.. Names(repository, "refs/").Select(name => done + name)];
    }

    private static IEnumerable<string> Paths(string word, Repository repository)
    {
        int slash = word.LastIndexOf('/'), colon = word.IndexOf(':', StringComparison.Ordinal);
        string revision = colon == 0 ? "HEAD" : word[..colon];
        MachineImage image = repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision));
        if (slash < colon)
            return Roots(word[..(colon + 1)], image);
        ImageBrowser browser = repository.Images;
        (string _, PathSpec? path) = PathArgument.Parse(word[..(slash + 1)]);
        return [.. browser.List(browser.Find(image, path!, revision))
            .Select(entry => (Name: Encoding.UTF8.GetString(entry.Name.Span), Safe: SafeText.Name(entry.Name.Span), entry.Type))
            .Where(entry => entry.Name == entry.Safe) // others cannot be written on a line
            .Select(entry => word[..(slash + 1)] + entry.Name + (entry.Type == TreeEntryType.Directory ? "/" : ""))];
    }

    private static IEnumerable<string> Roots(string start, MachineImage image)
    {
        var roots = new List<string> { start + "/" };
        foreach ((ImageDisk disk, ImageVolume volume) in ImageVolumes.WithFiles(image))
        {
            string number = volume.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
            roots.Add(image.Disks.Count == 1 ? $"{start}@{number}/" : $"{start}@{disk.Name}{(volume.Number == 0 ? "" : "." + number)}/");
        }

        return roots;
    }
}
