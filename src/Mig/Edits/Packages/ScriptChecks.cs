using Mig.Machines.Files;
using Mig.Machines.Installing;

namespace Mig.Edits.Packages;

/// <summary>Finds what would run when a package is installed: its own scripts, and those of packages that wait for it.</summary>
internal sealed class ScriptChecks(MachineFiles files, DpkgState state)
{
    private static readonly string[] Scripts = ["preinst", "postinst"];

    public void Check(PackagePlan plan)
    {
        foreach (string name in (string[])["config", "templates"])
        {
            if (plan.File.Text(name) is not null)
                plan.MustRun($"it asks questions of debconf ({name})");
        }

        foreach (string name in Scripts)
        {
            if (plan.File.Text(name) is { } script)
                plan.MustRun($"{name} {script.Length} {files.Mounts.Count}");
        }

        CheckTriggers(plan);
    }

    private void CheckTriggers(PackagePlan plan)
    {
        foreach (string line in (plan.File.Text("triggers") ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
                continue;
            string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is not [var directive, var trigger] || !directive.StartsWith("activate", StringComparison.Ordinal))
                plan.MustRun($"triggers: {line}");
            else if (state.FindInterested(trigger) is [var package, ..])
                plan.MustRun($"triggers: {line} wakes {package}");
        }

        foreach (DebEntry entry in plan.Entries)
        {
            if (entry.Path != "/." && state.FindInterest(entry.Path) is { } interest)
                plan.MustRun($"files in {interest.Interest} wake {interest.Package}");
        }
    }
}
