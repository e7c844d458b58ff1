using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ReplicaRouting.AspNetCore.Tests.Pages;

/// <summary>A page of the primary: its handler and its view say where they run.</summary>
[UsePrimary]
public sealed class WholeModel : PageModel
{
    public static string Target => RoutingSession.ForcedTarget?.ToString() ?? "nowhere";

    public string Handled { get; private set; } = "";

    public void OnGet() => Handled = Target;
}
