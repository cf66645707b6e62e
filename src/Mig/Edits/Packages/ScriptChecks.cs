using System.Text;
using Mig.Machines.Files;
using Mig.Machines.Installing;
using Mig.Machines.Installing.Scripts;
using Mig.Machines.Inventories.Dpkg;

namespace Mig.Edits.Packages;

/// <summary>Finds what would run when a package is installed: its own scripts, and those of packages that wait for it.</summary>
internal sealed class ScriptChecks(MachineFiles machine, DpkgState state)
{
    private const int MaxScript = 1 << 20;

    private readonly PlannedFiles _files = new(machine);

    /// <summary>Looks at the scripts before and after a package is unpacked, after those of packages before it.</summary>
    public void Check(PackagePlan plan)
    {
        foreach (string name in (string[])["config", "templates"])
        {
            if (plan.File.Text(name) is not null)
                plan.MustRun($"it asks questions of debconf ({name})");
        }

        Run(plan, "preinst", "install");
        _files.Add(plan);
        Run(plan, "postinst", "configure", "");
        CheckTriggers(plan);
    }

    // The linker's cache is written by mig, where the script of the one package that waits for it does nothing else.
    private void Wake(PackagePlan plan, string line, string trigger, string package, int count)
    {
        string? script = count == 1 && trigger == "ldconfig"
            ? Encoding.Latin1.GetString(machine.Read($"{DpkgDatabase.Folder}/info/{package}.postinst", MaxScript) ?? []) : null;
        if (script is { Length: > 0 } && new ScriptRun(_files, state, package, "postinst").Run(script, "triggered", trigger) is
            { Blocked: null, Effects: [ScriptPrograms.LinkerCache] })
            plan.Wakes = package;
        else
            plan.MustRun($"triggers: {line} wakes {package}");
    }

    private void Run(PackagePlan plan, string name, params string[] arguments)
    {
        if (plan.File.Text(name) is not { } script)
            return;
        ScriptOutcome outcome = new ScriptRun(_files, state, plan.File.Control.Name, name).Run(script, arguments);
        if (outcome.Blocked is { } blocked)
            plan.MustRun(blocked);
        else if (outcome.Effects.Count == 0)
            plan.Rewrite($"{name} has no effect");
        foreach (string effect in outcome.Effects)
            plan.Rewrite(effect);
    }

    private void CheckTriggers(PackagePlan plan)
    {
        foreach (string line in (plan.File.Text("triggers") ?? "").Split('\n',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
                continue;
            string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is not [var directive, var trigger] || !directive.StartsWith("activate", StringComparison.Ordinal))
                plan.MustRun($"triggers: {line}");
            else if (state.FindInterested(trigger) is [var package, ..] interested)
                Wake(plan, line, trigger, package, interested.Count);
        }

        foreach (DebEntry entry in plan.Entries)
        {
            if (entry.Path != "/." && state.FindInterest(entry.Path) is { } interest)
                plan.MustRun($"files in {interest.Interest} wake {interest.Package}");
        }
    }
}
