package clients;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** A custom resource as operators in Java write them. */
@Group("java.clients.example.com")
@Version("v1")
public class Gadget extends CustomResource<Gadget.Spec, Gadget.Status> implements Namespaced {

  public static class Spec {
    private Integer size;
    private String color;

    public Integer getSize() {
      return size;
    }

    public void setSize(Integer size) {
      this.size = size;
    }

    public String getColor() {
      return color;
    }

    public void setColor(String color) {
      this.color = color;
    }
  }

  public static class Status {
    private Integer ready;

    public Integer getReady() {
      return ready;
    }

    public void setReady(Integer ready) {
      this.ready = ready;
    }
  }

  public static Gadget named(String name, int size) {
    Gadget gadget = new Gadget();
    gadget.getMetadata().setName(name);
    Spec spec = new Spec();
    spec.setSize(size);
    gadget.setSpec(spec);
    return gadget;
  }

  public static Status ready(int count) {
    Status status = new Status();
    status.setReady(count);
    return status;
  }
}
