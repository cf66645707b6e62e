using System.Globalization;

namespace Mig.Exchange.Hooks;

/// <summary>What a program of the user that mig starts for a repository finds in its environment.</summary>
internal static class ChildEnvironment
{
    private const string ProgramName = "mig";

    /// <summary>Adds <c>MIG_DIR</c>, this very mig first in <c>PATH</c>, and the settings that this run was given.</summary>
    public static void Fill(IDictionary<string, string?> environment, string repositoryFolder, RepositoryContext context)
    {
        environment["MIG_DIR"] = repositoryFolder;
        AddProgram(environment);
        AddOverrides(environment, context);
    }

    // Who says "mig" means the one that called.
    private static void AddProgram(IDictionary<string, string?> environment)
    {
        if (Path.GetDirectoryName(Environment.ProcessPath) is not { } folder || !File.Exists(Path.Combine(folder, ProgramName)))
            return;
        string before = environment.TryGetValue("PATH", out string? path) && path is not null ? path : "";
        if (!before.Split(':').Contains(folder))
            environment["PATH"] = before.Length == 0 ? folder : $"{folder}:{before}";
    }

    // What this run was given with -c also holds for the mig that is called.
    private static void AddOverrides(IDictionary<string, string?> environment, RepositoryContext context)
    {
        if (context.ConfigOverrides.Count == 0)
            return;
        int count = environment.TryGetValue("MIG_CONFIG_COUNT", out string? text) && int.TryParse(text, out int number) ? number : 0;
        foreach (string setting in context.ConfigOverrides)
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            environment[$"MIG_CONFIG_KEY_{count}"] = equals < 0 ? setting : setting[..equals];
            environment[$"MIG_CONFIG_VALUE_{count}"] = equals < 0 ? "true" : setting[(equals + 1)..];
            count++;
        }

        environment["MIG_CONFIG_COUNT"] = count.ToString(CultureInfo.InvariantCulture);
    }
}
